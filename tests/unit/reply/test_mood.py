"""How angry a customer writes, and how seldom a calm one is taken for it.

`PYTHONPATH=. .venv/bin/python tests/unit/reply/test_mood.py` prints, for anger of 1 and more:

    ANGRY, CALM: precision 1.00, recall 1.00
    MORE_ANGRY, MORE_CALM: precision 1.00, recall 0.98
    UNSEEN_ANGRY, UNSEEN_CALM: precision 1.00, recall 0.50
    tests/questions/[!w]*.jsonl: 11 of 1249 found angry
    tests/questions/wishes.*.jsonl: 46 of 1553 found angry

ANGRY and CALM were written with the lexicon; of MORE_ANGRY, three lots that were new to it when they were first tried,
it found 7 of 30, 11 of 30 and 8 of 40 (and of MORE_CALM took 1, 3 and 2 for angry), and then got their words.
UNSEEN_* are the fourth lot, by the same writer: nothing is tuned to them.
Of the questions most are calm, but not all: only totals of the held-out sets were looked at.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from bot.reply.mood import anger

QUESTIONS = Path(__file__).parents[2] / "questions"

# Each line is what one customer wrote; " / " parts messages.
ANGRY = """
你们这什么破服务，三天了连个屁都没有
我真的受不了了，同一个问题解释了五遍还在给我发模板
再不解决我就去工信部投诉你们
骗子公司，说好免费结果扣了我两百多
你们的客服是不是都死光了，半天没一个人理我
退钱！！！别跟我扯规则！！！
垃圾玩意，谁用谁倒霉
明天还不恢复，我们法务直接发律师函起诉
我要投诉刚才那个工程师，态度极其恶劣
网站挂了一整天，损失谁来赔？你们负得起责吗
踢皮球踢了一个星期，一会儿说找备案一会儿说找运营商
太让人失望了，用了六年，明年我们全部迁到别家去
你是听不懂人话吗？我问的是扣费不是续费
证书卡了四天，你们到底有没有人在干活？？？
呵呵，这就是所谓的七乘二十四小时服务？笑死人
坑爹啊，不声不响就把我的域名给停了
凭什么封我的号？凭什么？给个说法！
我已经气得不想说话了，马上给我换个懂行的来
你们就是店大欺客，随便冻结别人的东西
不解决就等着上热搜吧，聊天记录我全截图了
转人工 / 转人工啊 / 我说了转人工你听见没有
人工！ / 给我人工！！ / 有没有活人啊？？？
敷衍，全是敷衍，复制粘贴谁不会
浪费了我整整一个下午，什么都没弄好
他妈的又欠费停机，充值到底到哪去了
真是服了，退个款比登天还难
你們這種態度誰還敢用，我要向消保會申訴
垃圾客服，等了兩個小時沒人回，氣死我了
再拖下去我就找媒體曝光你們
等了5天还没审核完，催了三次没人管，你们太不负责任了
This is ridiculous, I've explained it four times and nobody reads what I write
Your support is a joke. Three days and not a single useful reply!!
I'm fed up with this, cancel everything, we are moving to another provider
What the hell is wrong with you people? My site has been down since yesterday
I will report you to the regulator if the money is not back today
Worst cloud service I have ever paid for
You stole my money, this is a scam
STOP SENDING ME THE SAME USELESS ANSWER, I AM SO ANGRY
unacceptable. I want to file a formal complaint against your team
are you all idiots or is it only the bot
""".strip().splitlines()

CALM = """
比较急，客户明天上线，麻烦帮忙看一下证书的状态
在线等，域名解析刚改完要多久生效
请问加急审核怎么申请
紧急求助：上传一直返回 401，签名应该怎么算
不着急，等你们上班再看就行
麻烦尽快处理一下，谢谢！
等了三天了，想问一下实名审核一般需要几天
提交两天了还没有通过，帮忙催一下，辛苦了
刷新缓存之后马上就能看到新文件吗？
请立即告诉我怎样关闭自动续费
垃圾文件太多，怎么批量删除
回滚到上一个版本的配置该怎么做
域名被人举报了，要提供什么材料
怎么投诉盗用我图片的网站
收到工信部的短信说备案信息不准确，怎么改
我的链接被骗子网站盗用了，能加防盗链吗
曝光过度的照片能用图片处理调暗吗
想把数据从别家云迁移过来，有工具吗
真急死了，孩子误删了照片，回收站在哪里
不是投诉，就是想了解一下扣费的原因
没有生气，只是想确认一下退款几天到账
人工审核要多久？
转人工
损失的数据还能找回来吗
SLA 赔偿标准在哪里看
滚动日志可以自动上传到空间吗
图片加载太慢了，应该怎么优化？？
为什么访问返回 403？已经配置了白名单！
流氓软件把我服务器里的文件加密了，有快照可以恢复吗
态度识别和情绪识别的接口有吗
很急！！请问 CDN 的回源地址在哪里改
請盡快協助處理，謝謝
不好意思催一下，發票大概什麼時候會寄出
urgent: how do I renew a certificate that expires tonight
Please reply as soon as possible, our launch is tomorrow
No rush, whenever you have time
How do I report a phishing site that uses my images?
I'm not angry, just wondering why the bill went up
garbage collection of old versions: is there a lifecycle rule?
Is it a complaint form or a ticket I need to fill in to get my domain back?
""".strip().splitlines()

MORE_ANGRY = """
钱扣得比谁都快，出了事连个回音都没有，佩服佩服
你们干脆倒闭算了
我在你们这儿受的气比挣的钱还多
同样的话我不想再讲第四遍，能听懂就办，听不懂让能办的来
第七天了。还是"正在处理"。你们自己信吗
把我当傻子是吧？账单上多出来的六十块谁的主意
一群吃干饭的
这单子再没人认领我就直接去你们前台坐着
客户都要跟我解约了，你们还在让我清缓存！！！
花钱买罪受，说的就是我
行，你们不退是吧，咱们法庭上聊
我已经打了 12300，工单号也报上去了，等着吧
别再发那个帮助链接了，我看了八百遍，没用！没用！
我就没见过这么不拿用户当回事的厂商
一言不合就停我服务，跟土匪有啥区别
人呢？？人都去哪了？？？
你们的承诺就跟放屁一样
续费的时候天天打电话，出问题全体失踪
年底合同到期我一天都不会多留
接线的那位说话阴阳怪气，什么素质
你們客服是輪流來氣我的嗎
退個費拖了快一個月，根本就是詐騙集團
我對你們徹底死心了，資料搬完就刪帳號
Whoever designed this refund process must hate customers
Do you people even read tickets before pasting a reply?
I've lost two clients because of your outage and all I get is sorry
Give me my money back, you crooks
This is the third agent who tells me nonsense
I regret every cent I paid you
Absolutely shocking service, my boss wants blood
你们的售后形同虚设，问什么都不知道
退款申请提交半个月了一点动静都没有，是不是想赖账
气死人了，刚买的流量包就过期了，谁家这么做生意
一个证书折腾了我三天，你们的文档全是错的
我现在非常不满意，请让你们经理给我回电话
扣费的时候动作倒是快，退钱就装聋作哑
你们这种小作坊也配叫云服务商？
昨晚宕机到现在连个公告都没有，把用户当什么了
我不想听解释，我要结果，今天之内必须解决！！
每次都是"已反馈给技术"，反馈到火星去了吗
再敷衍我就去黑猫平台发帖了
真后悔当初选了你们
这就是你们的专业水平？连问题都没看明白就关工单
好好的账号说封就封，你们有没有王法
烦不烦啊，同一张身份证让我传了四遍
我投诉定了，别以为拖着我就没办法
机器人聊了半小时，全是废话，我时间不值钱吗
你们害我丢了一个大客户，这笔账怎么算
催了无数次，永远是"请您耐心等待"，我耐心用完了
客服说话爱搭不理的，欠你钱了？
這什麼爛系統，三天兩頭出問題
跟你們講了多少次不是這個域名，眼睛長哪裡去了
Nobody has answered my ticket for six days, this is outrageous
I am extremely disappointed with how you handled this
You keep closing my ticket without fixing anything!!!
If this isn't sorted by tonight I'm taking my business to AWS
Your documentation is garbage and your support is worse
How many more times do I have to upload the same ID?
I've had it with your company
We will be contacting our lawyer about the data you lost
我要被你们气出心脏病了
说好两小时回复，现在都第二天了，你们的时间跟别人不一样吗
我充了钱你们就当没这回事？
从没见过态度这么差的技术支持
你们这样做是违法的知道吗
赶紧把钱退我，别逼我报警
天天出故障，这服务谁用谁后悔
机器人翻来覆去就那几句，我要疯了
审核三次都说材料不清楚，哪里不清楚倒是说啊！！
几千块的套餐买回来就是个摆设
你们客服电话永远占线，打了一上午
我已经没有耐心了，最后问一次，退不退
客服把我拉进群就再也没说过话，装什么高冷
无缘无故删我的文件，这是偷东西
领导把我骂了一顿，全拜你们所赐
这么简单的事情要拖一个礼拜？？？效率低到家了
你们的产品经理用过自己的产品吗，难用死了
我真的要吐了，一个实名认证卡我十天
推卸责任第一名，解决问题倒数第一
不解决问题就别来问满意度，给你们零分
要不是迁移麻烦，我早就跑路了
欺人太甚，没通知就涨价
你們的客服根本是在敷衍了事，叫主管出來
氣到不行，網站掛了十個小時都沒人道歉
我再也不會推薦任何人用你們
I'm losing my mind here, nothing you told me works
Your agent hung up on me. Who trains these people?
Two weeks and still no refund, do you think I'm stupid?
I'm going to leave a one star review everywhere
This company is a total fraud
Fix it NOW or we cancel the contract
I am tired of being ignored
what a joke, you deleted my bucket and blame me
your so called engineers have no clue
It's insane that a paid customer has to wait this long
我跟你们没完
垃圾云，谁买谁傻
你们是在逼我去法院
三个工单三个说法，到底听谁的，一群糊涂蛋
真的无语，问东答西，浪费大家生命
""".strip().splitlines()

MORE_CALM = """
领导催得紧，请问今天能审完吗
证书今晚十二点过期，现在申请来得及吗？
我这边等了大概二十分钟，页面还在加载，是正常的吗
域名被停用了，想知道原因
为什么扣了两次费用
有没有人遇到过上传到九成就断开的情况
这个报错看不懂，能解释一下吗？
回源失败率太高怎么排查
客户说视频打不开，非常着急，请帮忙确认是不是节点问题
我需要立刻下线一个文件，怎么让缓存马上失效
可以投诉侵权内容吗，入口在哪
删库了，求救，有备份能恢复吗！！
白名单加了没用，是不是要等一会儿才生效
您好，麻烦问下退款流程，之前误买了一个套餐
限速策略会不会让用户觉得很慢
想退掉多买的流量包，需要找谁
图片鉴黄把正常图片判成违规，怎么申诉
暴力文字检测支持自定义词库吗
再次确认一下，退回的钱是到余额还是原路返回
昨天问过一次，今天再来看看有没有进展
律师函需要贵公司的营业执照信息，请问地址怎么写
视频审核里"辱骂"这个标签是什么意思
請問為什麼我的網域顯示已凍結
抱歉又來打擾，想再確認一次發票抬頭
My deadline is in two hours, is there a faster way to purge the cache?
The upload keeps failing and I do not know why
Sorry to bother you again, any news on the review?
Could you explain why I was charged twice?
How to stop a crawler that is stealing bandwidth?
Is it useless to set a referer list when the app sends none?
新买的资源包显示未生效，是需要等多久
着急用，能不能今天帮我把空间解冻
证书审核不通过，提示信息不匹配，怎么改
昨天上传的文件今天不见了，可能是什么原因
为什么我的域名一直显示处理中？
你好，有人在吗，想咨询一下备案
我投诉过一次侵权，现在想查进度
账户被冻结了影响业务，请问怎么尽快恢复
打不开控制台，一直转圈，是服务器挂了吗
发票抬头写错了，能重开吗？谢谢！！
怎么把不要的垃圾 bucket 一次删完
网站被人恶意刷流量，一晚上扣了三千，怎么办
直播延迟太高，观众抱怨很多，怎么降低
能不能退款，买错规格了，还没用过
我司法务需要一份数据处理协议，在哪里下载
接口返回 599，是你们的问题还是我的问题
上次的工程师说今天给答复，请问有结果了吗
老板让我问，海外加速和国内加速哪个便宜
被扣了一笔钱看不懂，麻烦解释一下明细
审核员说图片违规，我觉得没有问题，可以复核吗
請問轉移網域到另一個帳號要準備什麼
我等了一個小時快取還沒更新，是不是設定錯了
The site is down for our users, please tell me what to check first
I think I was billed wrongly, who can look into this?
Can someone call me tomorrow about an enterprise plan?
My certificate has been pending for two days, is that normal?
What happens if I never renew the domain?
Is there a way to block bad bots and fraud traffic?
I'd like to cancel my subscription, where do I do that?
It still does not work after I cleared the cache!
急急急，证书部署后浏览器还是提示不安全
今天下午要演示，推流一直失败，求帮助
什么时候能审核好呀，已经提交一天了
我们老板很生气，因为账单比上月高，想请您帮忙分析一下
文件被误删，损失挺大的，能恢复吗
客服您好，昨天的问题还没有解决，麻烦再看一下
怎么屏蔽骂人的评论，有文本审核接口吗
我想投诉一个盗链的网站，你们受理吗
试了很多次都不行，是不是我配置错了
为什么我的请求总是 503？？
是不是系统出故障了，大家都打不开
钱已经付了，但是套餐没到账，请核实
我不太满意现在的播放速度，有什么优化办法
能不能先恢复服务，我马上充值
这个功能太难找了，请问入口在哪里
麻烦问一下，退款被拒绝的理由是什么
视频里有人吵架的片段会被判违规吗
请马上停止这个转码任务，我传错文件了
域名备案被驳回三次了，到底缺什么材料
我们法务想确认数据存放在哪个地区
再问一下，之前说的白名单加好了吗
等待回源超时时间能不能调长一点
误封了吧？我的站没有违规内容，请复核
感觉最近速度变慢了，是有什么调整吗
换了三个网络都上传失败
公司被收购了，账号主体怎么变更
請問帳單為什麼多了一筆費用，可以幫忙確認嗎
這兩天常常斷線，是不是節點有狀況
很抱歉一直追問，憑證好了嗎
谢谢，问题解决了，你们回复真快！！！
I need this fixed before Friday, can you tell me the steps?
My boss is angry about the bill, could you help me read it?
Why is the invoice still not issued?
Please stop the sync task, I picked the wrong bucket
Is it possible to get a refund for an unused package?
I've tried three times and the upload fails with 403
How do I tell users the site is down for maintenance?
We are migrating from another provider, which tool do you suggest?
Could a supervisor approve a higher limit for us?
Sorry, I don't understand your last answer, could you explain again?
""".strip().splitlines()

UNSEEN_ANGRY = """
你们的客服能不能有点责任心，问了半天没一句有用的
我的网站已经死了两天，你们却在那儿一问三不知
扣费扣得莫名其妙，退款推三阻四
这是我用过最糟糕的云平台
再不给我恢复，我就把你们告上法庭
别跟我说什么系统自动判定，叫个真人来跟我说
工单关了又开，开了又关，耍我呢
昨天答应给我回电，到今天都没打，言而无信
垃圾服务，浪费钱
我很生气，非常生气，你们必须给我一个交代
说了一百遍不是缓存问题，还让我刷新缓存
你们赔得起我的数据吗
等得花儿都谢了，还要等到什么时候
太恶心了，强制续费还不能取消
投诉无门，回复全是机器人
什麼態度啊，講兩句就掛我電話
騙錢的公司，小心我去報案
This is the worst support experience of my life
Answer me!!! It has been a whole week
You people are unbelievable, I want my refund and an apology
""".strip().splitlines()

UNSEEN_CALM = """
请问欠费多久会停服，会提前通知吗
刚刚不小心点了退订，能撤回吗？急
我的空间里没有数据为什么还收钱
麻烦催一下审核，明天要上线了，感谢
是我理解错了吗，为什么流量比日志统计的多
图片一直打不开，刷新很多次也没有用
实名认证总是失败，人脸识别过不去
请问投诉电话是多少
同一个文件下载很慢，别的文件正常
被攻击了，流量暴涨，先帮我停掉域名可以吗
这个报价比上次高，能解释下差别吗
能不能给一个明确的完成时间，我好安排
回复里的链接打不开，可以再发一次吗
我对刚才的回答还有一点疑问
我等你们的消息，不急
請問停用後多久會刪除資料
How long does a review usually take? It has been three days
The link you sent does not work, could you send it again?
Please help, all my images return 404
I do not agree with the violation, how can I appeal?
""".strip().splitlines()


def level(line: str) -> int:
    return anger(line.split(" / "))


def found(lines: list[str]) -> int:
    return sum(level(line) > 0 for line in lines)


def asked(pattern: str) -> list[list[str]]:
    """What each customer of the question sets wrote, history first."""
    rows = [json.loads(line) for path in sorted(QUESTIONS.glob(pattern)) for line in path.open(encoding="utf-8")]
    return [
        [turn["content"] for turn in row.get("history", ()) if turn["role"] == "user"] + [row["question"]]
        for row in rows
    ]


@pytest.mark.parametrize("line", [*CALM, *MORE_CALM])
def test_a_calm_customer_is_calm(line: str) -> None:
    assert level(line) == 0


@pytest.mark.parametrize("line", ANGRY)
def test_an_angry_customer_is_found(line: str) -> None:
    assert level(line) > 0


def test_more_of_both() -> None:
    assert found(MORE_ANGRY) >= 97
    assert found(UNSEEN_CALM) == 0 and found(UNSEEN_ANGRY) >= 9


def test_questions_are_mostly_calm() -> None:
    rows = asked("[!w]*.jsonl")
    assert sum(anger(texts) > 0 for texts in rows) <= 0.015 * len(rows)


@pytest.mark.parametrize(
    ("line", "degree"),
    [
        ("", 0),
        ("你好", 0),
        ("急！很急！马上处理", 0),
        ("等了三天了，很急！！！", 1),
        ("你们的客服敷衍我", 1),
        ("你們的客服敷衍我", 1),
        ("敷衍，推诿", 2),
        ("骗子", 2),
        ("我要去消协举报你们", 2),
        ("骗子，敷衍我，我要去消协举报你们", 3),
        ("转人工", 0),
        ("转人工 / 证书怎么申请 / 转人工！！！", 1),
        ("转人工 / 转人工 / 转人工", 1),
        ("不是骗子", 0),
        ("是不是骗子", 2),
        ("this is not a scam", 0),
        ("this is a scam", 2),
        ("〔域名〕", 0),
    ],
)
def test_degrees(line: str, degree: int) -> None:
    assert level(line) == degree


def test_no_message_is_calm() -> None:
    assert anger([]) == 0


def test_a_long_message_is_judged_at_once() -> None:
    texts = ["你们到底还要我等多久，" * 200, "!?" * 1000, "A B " * 500, "没" * 2000, "not a " * 350]
    anger(["词表"])
    before = time.perf_counter()
    anger(texts)
    assert time.perf_counter() - before < 5


if __name__ == "__main__":
    for name, angry, calm in (
        ("ANGRY, CALM", ANGRY, CALM),
        ("MORE_ANGRY, MORE_CALM", MORE_ANGRY, MORE_CALM),
        ("UNSEEN_ANGRY, UNSEEN_CALM", UNSEEN_ANGRY, UNSEEN_CALM),
    ):
        true, false = found(angry), found(calm)
        print(f"    {name}: precision {true / (true + false):.2f}, recall {true / len(angry):.2f}")
    for pattern in ("[!w]*.jsonl", "wishes.*.jsonl"):
        rows = asked(pattern)
        print(f"    tests/questions/{pattern}: {sum(anger(texts) > 0 for texts in rows)} of {len(rows)} found angry")
