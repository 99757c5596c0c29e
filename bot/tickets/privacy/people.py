"""Names, companies and postal addresses, and user names in paths: words that only their surroundings give away.

A name must begin with a surname and stand where a name is due; a company must end like one; an address must name
a place and a street. Knows nothing of numbers: contacts.py does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.tickets.privacy.shapes import CJK, SAID, SEP, Recogniser, Span, pattern

_SURNAME = (
    r"(?:欧阳|司马|上官|诸葛|东方|尉迟|公孙|慕容|司徒|令狐|夏侯|皇甫|端木|"
    r"[赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章苏潘葛范彭郎鲁韦昌马苗凤花方俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安"
    r"常乐于傅皮卞齐康伍余顾孟黄穆萧尹姚邵汪祁毛狄臧戴宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季贾路娄江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万柯管卢莫房裘缪解应丁邓洪包诸左石崔"
    r"龚程邢裴陆翁荀甄曲封储靳段焦巴谷侯班宁仇甘武符刘景詹龙叶黎薄白蒲冀尚温庄晏柴瞿阎连艾向古易廖耿欧聂曾沙关红游涂覃辛岳肖闫牟代简饶])"
)
# Words that begin like a name and are none: what follows 联系人, 用户, 经办人 in a ticket.
_NO_NAME = (
    "方式|方便|方法|方案|方面|管理|信息|邮箱|电话|手机|列表|变更|修改|更改|不|怎|如何|填|写|错|一致|姓名|身份|"
    "地址|时间|高级|高防|于是|何时|何种|"
    "程序|安全|安装|石家|温馨|任何|任务|路由|路径|严重|应该|应用|万一|项目|成功|连接|钱包|包年|包月|马上|水印|"
    "常用|白名|白天|解析|解决|解绑|解除|江苏|甘肃|"
    "贵州|云南|金额|余额|余量|易用|关联|关闭|关于|游戏|简单|连续|代码|代理|代付|向导|应收|高速|高峰|华东|华北|"
    "华南|宁夏|安徽|江西|华为|盛大|金融|明细|"
    "单位|经办|本人|个人|企业|公司|账号|账户|认证|签名|报备|管家|章节|封禁|封面|尚未|应当|符合|关键|关注|关系|时|"
    "段落|连|高清|高质|高效|高等|高度|高并|高可|解|应|向|曾经"
)
_NAME = rf"(?!{_NO_NAME}){_SURNAME}[{CJK}]{{1,2}}"
_LATIN = r"[A-Z][a-z]+(?: [A-Z][a-z]+){1,2}"
_AFTER = rf"(?=[，。,；;、|\s（()）\"'”」】先女电手身收的联邮税地住工卡证与和及审]|[^{CJK}A-Za-z]|$)"
_WHO = (
    r"(?:真实姓名|姓名|联系人|收件人|收货人|户名|法人代表|法定代表人|法人|经办人|签收人|开户人|持卡人|负责人|"
    r"申请人|收款人|付款人|开票人|名字叫|我叫|本人|寄件人|客户名称)"
)
# A phone, an ID card, or the placeholder of one: what stands beside it is a name.
_NUMBER = r"[（(，,:：/ ]{0,2}(?:(?:\+?86[ \-]?)?1[3-9]\d[ \-]?\d{4}|\d{17}[\dXx]|〈(?:电话|身份证号))"
_COMPANY = re.compile(
    rf"(?:有限责任公司|股份有限公司|有限公司|合伙企业|（有限合伙）)(?:[{CJK}]{{2,6}}分公司)?|(?P<school>大学"
    rf"(?![生城校里])(?:[{CJK}]{{0,10}}学院)?|学院)"
)
_RUN = re.compile(rf"[{CJK}（）()A-Za-z·&*]{{2,30}}\Z")
_LEADS = re.compile(
    r"(?:我们是|我是|这是|这里是|我司|我公司|我们公司|公司是|是叫|叫做|名称是|名称为|名称|名为|抬头是|抬头为|抬头|"
    r"主体是|主体为|主体|变更为|变更到|变更成|更名为|改为|改成|"
    r"过户给|过户到|转给|开给|寄给|属于|来自|隶属|购买方|销售方|公司名|单位名|单位|账号是|账户名|户名|客户|用户|"
    r"因为|由于|认证的|认证为|认证|实名|发票开|开票|请问|您好|你好|"
    r"迁移到|转到|备案在|备案|注册的|签约|全称是|全称为|全称|授权给|授权|联系|我在|就是|[的把将从由给与])"
)
_SCHOOL_LEADS = re.compile(_LEADS.pattern + "|[在和与用让为以于是就读给]|考上|项目由|协助|通过|关于|针对")
_NO_SCHOOL = re.compile(
    "[哪一某各个所全本该这那您你我他]|其他|所有|很多|部分|每个|教育|线上|在线|网络|商学|云计算|七牛|学|读"
)
_WEAK = (
    "大学|学院|医院|学校|中学|小学|幼儿园|研究院|研究所|事务所|合作社|工作室|经营部|商行|商店|中心|委员会|协会|"
    "基金会|出版社|银行|局|厅|集团|公司|店|厂|社|院|所|校|部"
)
_WHOSE = (
    "抬头|公司名称|单位名称|企业名称|机构名称|购买方|销售方|购方名称|开票单位|开票名称|受票方|收票方|付款方|"
    "收款方|主体|(?<!银行)名称"
)
_PLACES = (
    "北京|上海|天津|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|"
    "贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|"
    "新疆|香港|澳门|广州|深圳|杭州|南京|苏州|成都|武汉|西安|长沙|郑州|青岛|宁波|厦门|济南|合肥|福州|无锡|东莞|"
    "佛山|沈阳|大连|昆明|石家庄|哈尔滨|长春|南昌|南宁|"
    "贵阳|太原|兰州|温州|珠海|中山|惠州|常州|徐州|烟台|泉州|嘉兴|绍兴|金华|南通|台州"
)
_STREET = rf"[{CJK}A-Za-z0-9\-（）()#]"


def companies(text: str) -> Iterator[Span]:
    """From the end of a company's or university's name back to where a sentence leads into it."""
    for match in _COMPANY.finditer(text):
        school = bool(match.group("school"))
        run = _RUN.search(text[max(0, match.start() - 30) : match.start()])
        if not run:
            continue
        written = run.group()
        leads = [lead.end() for lead in (_SCHOOL_LEADS if school else _LEADS).finditer(written)]
        start = max((lead for lead in leads if len(written) - lead > 1), default=0)
        if school and (len(written) - start > 12 or _NO_SCHOOL.match(written, start)):
            continue
        yield "单位", match.start() - len(written) + start, match.end()


PEOPLE = (
    pattern("姓名", rf"{_WHO}{SEP}(?P<v>{_NAME}){_AFTER}", "名 人 代表 我叫"),
    pattern("姓名", rf"{_WHO}{SEP}(?P<v>[{CJK}]{{2,10}}·[{CJK}]{{2,10}})", "·"),
    pattern(
        "姓名",
        rf"(?:技术|财务|运维|商务|法务|对接人|接口人|老板|管理员|销售|客户经理|行政|采购)[:：](?P<v>{_NAME}){_AFTER}",
        ": ：",
    ),
    pattern(
        "姓名",
        rf"(?:{_WHO}|(?i:\b(?:contact|name|receiver|consignee|attn)\b)){SAID}(?P<v>{_LATIN})",
        "名 人 代表 我叫 contact name receiver consignee attn",
    ),
    pattern(
        "姓名",
        rf"(?i:real_?name|contact(?:_?name)?|receiver|consignee|\bname)[\"']?\s?[:=]\s?[\"'](?P<v>{_NAME})[\"']",
        "name contact receiver consignee",
    ),
    pattern(
        "姓名",
        rf"(?:客户|用户|联系|找|我是|员工|同事|转给|过户给)(?P<v>{_NAME})(?={_NUMBER})",
        "客户 用户 联系 找 我是 员工 同事 给",
    ),
    pattern("姓名", rf"(?<![{CJK}])(?P<v>{_NAME})(?={_NUMBER})", "1 2 〈电话 〈身份证"),
    pattern("姓名", rf"(?:^|[，,；;\s])(?P<v>{_NAME}) ?[（(]?收[)）]?(?=[，,；;\s。]|$)", "收", flags=re.M),
    pattern("姓名", rf"(?:{_NAME}|{_SURNAME})(?=先生|女士|小姐)", "先生 女士 小姐"),
    Recogniser(companies, ("公司", "合伙", "大学", "学院")),
    pattern(
        "单位",
        rf"(?:{_WHOSE}){SAID}(?!旧|新公司|原公司|个人|本公司|我|贵|您|你|什么|哪|错误|怎|如何|可以|需要|是否|必须|"
        rf"填|写|修改|变更|公司|企业|单位|其他)"
        rf"(?P<v>[{CJK}A-Za-z0-9（）()·]{{2,40}}?(?:{_WEAK}))(?=发票|公司|纳税|税号|开户|统一|地址|电话|类型|名称|"
        rf"[，。,；;、|\s\"'”」】]|$)",
        "抬头 名称 方 单位 主体",
    ),
    pattern(
        "单位",
        rf"(?:抬头|公司名称|单位名称|企业名称|购买方){SAID}(?!旧|新公司|原公司|个人|本公司|我|贵|您|你|什么|哪|"
        rf"错误|怎|如何|可以|需要|是否|必须|填|写|修改|变更|公司|企业|单位|其他)"
        rf"(?P<v>[{CJK}A-Za-z（）()·]{{4,40}}?)(?=发票|公司纳税|纳税人|税号|[，。,；;\s]|$)",
        "抬头 名称 购买方",
    ),
    pattern(
        "单位",
        rf"(?:我们是|我是|我们|这里是|来自|开给|寄给|抬头)(?P<v>(?!一|个|哪|不|在)[{CJK}]{{2,14}}(?:大学|学院|医院|"
        rf"中学|小学|幼儿园|研究院|研究所|事务所|出版社))",
        "大学 学院 医院 学 研究 事务所 出版社 幼儿园",
    ),
    pattern(
        "单位",
        r"(?<![A-Za-z])(?!DigiCert|TrustAsia|Sectigo|GlobalSign|Google|Apple|Microsoft|Let)"
        r"(?:[A-Z][A-Za-z&'\-]{0,20}[ ,]{1,2}){1,5}(?:Co\.? ?, ?Ltd\b\.?|Ltd\b\.?|Inc\b\.?|LLC\b|GmbH\b|Limited\b|"
        r"Corp\b\.?)",
        "ltd inc llc gmbh limited corp",
    ),
    pattern(
        "地址",
        rf"(?<![源站流口网])(?:地址(?:、?电话)?|住址|收货地|所在地){SAID}(?P<v>(?=[{CJK}A-Za-z0-9]{{0,24}}(?:省|市|"
        rf"区|县|镇|乡|路|街|道|巷|村|大厦|园))(?=[^，。,；;\s]{{0,40}}(?:路|街|道|巷|弄|号|村|室|楼|栋|幢|座|园|"
        rf"厦|\d))"
        rf"[{CJK}]{_STREET}{{5,60}})",
        "地址 住址 收货地 所在地",
    ),
    pattern(
        "地址",
        rf"(?:{_PLACES})(?:省|市|自治区|特别行政区)?[{CJK}]{{0,12}}(?:区|县|市|镇|乡|路|街|道|村)"
        rf"(?:{_STREET}{{1,30}}?(?:路|街|道|巷|弄|村|园|镇))?{_STREET}{{0,12}}?\d{{1,5}}(?:号|弄|栋|幢|座|室|楼|层)"
        rf"(?:{_STREET}{{0,20}}(?:号楼|号|栋|幢|座|室|楼|层|单元|厦|园|\d))?",
        digits=True,
    ),
    pattern(
        "地址",
        rf"(?:寄到|寄往|寄至|送到)\s?(?P<v>[{CJK}]{{2,10}}[省市区县][{CJK}A-Za-z0-9]{{2,40}}?\d+[号室]"
        rf"(?:[{CJK}A-Za-z0-9\-]{{1,20}})?)",
        "寄 送到",
    ),
    pattern(
        "用户名",
        r"(?i:(?<![a-z])[a-z]:[\\/]{1,2}users|\\users)[\\/]{1,2}(?!(?:Public|Default|All Users)\b|[*〈])"
        r"(?P<v>[^\\/\s\"'<>〈〉：，。；;,*]{1,40})",
        "users",
    ),
    pattern("用户名", r"/Users/(?!(?:Public|Shared)\b|[*〈$])(?P<v>[^\\/\s\"'<>〈〉：，。；;,*$)）]{1,40})", "users"),
    pattern(
        "用户名",
        rf"(?<![A-Za-z0-9.\-_])/home/(?!(?:wwwroot|index|page|main|list|detail|search|login|user|work|www|admin|"
        rf"app)\b|[*〈$])(?P<v>[^\\/\s\"'<>〈〉：，。；;,*$)）.{CJK}]{{1,32}})"
        rf"(?![^\\/\s\"'<>〈〉：，。；;,)）{CJK}])",
        "/home/",
    ),
    pattern("用户名", r"\[(?!root@)(?P<v>[A-Za-z][\w\-.]{1,31})@[A-Za-z0-9\-.]{3,60}[ :][^\]\n]{0,40}\][#$]", "@"),
    pattern(
        "主机名", r"\[[\w〈〉\-.]{1,32}@(?!localhost)(?P<v>[A-Za-z0-9][A-Za-z0-9\-.]{2,60})[ :][^\]\n]{0,40}\][#$]", "@"
    ),
)
